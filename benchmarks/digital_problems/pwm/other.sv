// Counts down from the end of the period.
module pwm #(parameter int W = 4) (
    input  logic         clk,
    input  logic         rst_n,
    input  logic         en,
    input  logic [W-1:0] duty,
    output logic         out,
    output logic         last
);
  localparam logic [W-1:0] Top = {W{1'b1}};
  logic [W-1:0] left, left_next, taken, taken_next;
  logic at_end;

  assign at_end = left == '0;

  always @* begin
    left_next  = left - 1'b1;
    taken_next = taken;
    if (!en) left_next = Top;
    if (!en || at_end) taken_next = duty;
  end

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) left <= Top;
    else left <= left_next;
  end

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) taken <= '0;
    else taken <= taken_next;
  end

  assign out  = en & (Top - left < taken);
  assign last = en & at_end;
endmodule
