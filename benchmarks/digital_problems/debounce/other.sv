// Keeps in a shift register which samples differ from the output.
module debounce #(parameter int N = 4) (
    input  logic clk,
    input  logic rst,
    input  logic noisy,
    output logic clean,
    output logic rise,
    output logic fall
);
  logic [1:0] samples;
  logic [N-2:0] differ;  // of the samples before this one; consecutive
  logic change;

  assign change = (samples[1] != clean) && (&differ);

  always_ff @(posedge clk) begin
    if (rst) begin
      samples <= '0;
      differ  <= '0;
      clean   <= 1'b0;
      rise    <= 1'b0;
      fall    <= 1'b0;
    end else begin
      samples <= {samples[0], noisy};
      rise    <= change & samples[1];
      fall    <= change & ~samples[1];
      if (change) begin
        clean  <= samples[1];
        differ <= '0;
      end else begin
        differ <= (samples[1] != clean) ? {differ[N-3:0], 1'b1} : '0;
      end
    end
  end
endmodule
