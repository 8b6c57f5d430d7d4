// Two fixed-priority arbiters: one for the requests from the pointer on, one for all.
module rr_arbiter #(parameter int N = 4) (
    input  logic         clk,
    input  logic         rst_n,
    input  logic [N-1:0] req,
    input  logic         en,
    output logic [N-1:0] gnt,
    output logic         busy
);
  logic [N-1:0] mask;
  logic [N-1:0] masked, from_mask, from_all;

  assign masked = req & mask;
  assign from_mask = masked & (~masked + 1'b1);
  assign from_all = req & (~req + 1'b1);
  assign gnt = en ? (|masked ? from_mask : from_all) : '0;
  assign busy = en & (|req);

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) mask <= '1;
    else if (busy) mask <= ~((gnt - 1'b1) | gnt);
  end
endmodule
