// The register holds the Gray code itself.
module gray_counter #(parameter int W = 4) (
    input  logic         clk,
    input  logic         rst_n,
    input  logic         en,
    input  logic         up,
    output logic [W-1:0] gray,
    output logic         zero
);
  logic [W-1:0] bin;
  logic [W-1:0] following;
  integer i;

  always @* begin
    bin[W-1] = gray[W-1];
    for (i = W - 2; i >= 0; i = i - 1) bin[i] = bin[i+1] ^ gray[i];
    following = up ? bin + 1'b1 : bin - 1'b1;
  end

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) gray <= '0;
    else if (en) gray <= {1'b0, following[W-1:1]} ^ following;
  end

  assign zero = ~|gray;
endmodule
