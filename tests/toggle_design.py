"""A design that every test of pipelines can generate: correct RTL of a toggle."""

GOOD = """module toggle (
    input  logic clk,
    input  logic rst_n,
    output logic q
);
  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) q <= 1'b0;
    else q <= ~q;
  end
endmodule
"""
