module debounce #(parameter int N = 4) (
    input  logic clk,
    input  logic rst,
    input  logic noisy,
    output logic clean,
    output logic rise,
    output logic fall
);
  logic first, second;
  logic [$clog2(N)-1:0] count;

  always_ff @(posedge clk) begin
    if (rst) begin
      first  <= 1'b0;
      second <= 1'b0;
      clean  <= 1'b0;
      rise   <= 1'b0;
      fall   <= 1'b0;
      count  <= '0;
    end else begin
      first  <= noisy;
      second <= first;
      rise   <= 1'b0;
      fall   <= 1'b0;
      if (second == clean) begin
        count <= '0;
      end else if (count == N - 1) begin
        clean <= second;
        rise  <= second;
        fall  <= ~second;
        count <= '0;
      end else begin
        count <= count + 1'b1;
      end
    end
  end
endmodule
