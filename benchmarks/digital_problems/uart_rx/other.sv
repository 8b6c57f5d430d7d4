// One counter runs through the whole frame; each bit is sampled at a fixed count.
module uart_rx #(parameter int DIVIDER = 4) (
    input  logic       clk,
    input  logic       rst_n,
    input  logic       rx,
    output logic [7:0] data,
    output logic       valid,
    output logic       frame_error
);
  localparam int Half = DIVIDER / 2;
  logic busy;
  logic [3:0] slot;
  logic [7:0] phase;
  logic [8:0] shift;
  logic sample;

  assign sample = busy && phase == 8'd0;

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      busy  <= 1'b0;
      slot  <= 4'd0;
      phase <= 8'd0;
    end else if (!busy) begin
      slot  <= 4'd0;
      phase <= Half - 1;
      busy  <= ~rx;
    end else if (sample) begin
      phase <= DIVIDER - 1;
      slot  <= slot + 4'd1;
      if ((slot == 4'd0 && rx) || slot == 4'd9) busy <= 1'b0;
    end else begin
      phase <= phase - 8'd1;
    end
  end

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) shift <= 9'd0;
    else if (sample) shift <= {rx, shift[8:1]};
  end

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      data        <= 8'd0;
      valid       <= 1'b0;
      frame_error <= 1'b0;
    end else begin
      valid       <= sample && slot == 4'd9 && rx;
      frame_error <= sample && slot == 4'd9 && !rx;
      if (sample && slot == 4'd9 && rx) data <= shift[8:1];
    end
  end
endmodule
