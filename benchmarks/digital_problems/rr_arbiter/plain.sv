module rr_arbiter #(parameter int N = 4) (
    input  logic         clk,
    input  logic         rst_n,
    input  logic [N-1:0] req,
    input  logic         en,
    output logic [N-1:0] gnt,
    output logic         busy
);
  logic [$clog2(N)-1:0] first, place, following;
  integer i;

  always @* begin
    gnt = '0;
    following = first;
    for (i = 0; i < N; i = i + 1) begin
      place = first + i;
      if (en && req[place] && gnt == '0) begin
        gnt[place] = 1'b1;
        following = place + 1'b1;
      end
    end
  end

  assign busy = |gnt;

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) first <= '0;
    else first <= following;
  end
endmodule
