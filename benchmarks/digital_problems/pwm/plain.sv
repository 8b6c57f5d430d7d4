module pwm #(parameter int W = 4) (
    input  logic         clk,
    input  logic         rst_n,
    input  logic         en,
    input  logic [W-1:0] duty,
    output logic         out,
    output logic         last
);
  logic [W-1:0] count;
  logic [W-1:0] taken;

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      count <= '0;
      taken <= '0;
    end else if (!en) begin
      count <= '0;
      taken <= duty;
    end else begin
      count <= count + 1'b1;
      if (&count) taken <= duty;
    end
  end

  assign out = en && count < taken;
  assign last = en && (&count);
endmodule
