module gray_counter #(parameter int W = 4) (
    input  logic         clk,
    input  logic         rst_n,
    input  logic         en,
    input  logic         up,
    output logic [W-1:0] gray,
    output logic         zero
);
  logic [W-1:0] bin;

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) bin <= '0;
    else if (en) begin
      if (up) bin <= bin + 1'b1;
      else bin <= bin - 1'b1;
    end
  end

  assign gray = bin ^ (bin >> 1);
  assign zero = bin == '0;
endmodule
