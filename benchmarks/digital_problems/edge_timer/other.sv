// A counter that is one bit wider says by itself that the time is too long.
module edge_timer #(parameter int W = 4) (
    input  logic         clk,
    input  logic         rst_n,
    input  logic         sig,
    output logic [W-1:0] period,
    output logic         valid,
    output logic         overflow
);
  typedef enum logic {WAITING, TIMING} state_t;
  state_t state;
  logic last_sig;
  logic [W:0] elapsed;
  wire edge_now = sig & ~last_sig;

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) last_sig <= 1'b0;
    else last_sig <= sig;
  end

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      state   <= WAITING;
      elapsed <= '0;
    end else if (edge_now) begin
      state   <= TIMING;
      elapsed <= 1;
    end else if (state == TIMING && !elapsed[W]) begin
      elapsed <= elapsed + 1'b1;
    end
  end

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      period   <= '0;
      valid    <= 1'b0;
      overflow <= 1'b0;
    end else begin
      valid <= edge_now && state == TIMING;
      if (edge_now && state == TIMING) begin
        period   <= elapsed[W] ? {W{1'b1}} : elapsed[W-1:0];
        overflow <= elapsed[W];
      end
    end
  end
endmodule
