module edge_timer #(parameter int W = 4) (
    input  logic         clk,
    input  logic         rst_n,
    input  logic         sig,
    output logic [W-1:0] period,
    output logic         valid,
    output logic         overflow
);
  logic past, running, over;
  logic [W-1:0] count;
  logic rising;

  assign rising = sig && !past;

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      past   <= 1'b0;
      running  <= 1'b0;
      over     <= 1'b0;
      count    <= '0;
      period   <= '0;
      valid    <= 1'b0;
      overflow <= 1'b0;
    end else begin
      past <= sig;
      valid  <= 1'b0;
      if (rising) begin
        running <= 1'b1;
        over    <= 1'b0;
        count   <= 1;
        if (running) begin
          period   <= count;
          overflow <= over;
          valid    <= 1'b1;
        end
      end else if (&count) begin
        over <= 1'b1;
      end else if (running) begin
        count <= count + 1'b1;
      end
    end
  end
endmodule
