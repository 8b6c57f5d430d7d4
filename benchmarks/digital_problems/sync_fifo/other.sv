// A shift register: the oldest word is always at place 0.
module sync_fifo #(parameter int DEPTH = 4, parameter int WIDTH = 4) (
    input  logic                   clk,
    input  logic                   rst,
    input  logic                   wr,
    input  logic [WIDTH-1:0]       wdata,
    input  logic                   rd,
    output logic [WIDTH-1:0]       rdata,
    output logic [$clog2(DEPTH):0] count,
    output logic                   full,
    output logic                   empty
);
  logic [WIDTH-1:0] words [0:DEPTH-1];
  logic [$clog2(DEPTH):0] place;
  wire get = rd & ~empty;
  wire put = wr & (~full | get);
  integer i;

  assign rdata = words[0];
  assign empty = ~|count;
  assign full = count[$clog2(DEPTH)];
  assign place = get ? count - 1'b1 : count;

  always_ff @(posedge clk) begin
    if (rst) count <= '0;
    else count <= place + put;
  end

  always_ff @(posedge clk) begin
    if (get) for (i = 0; i < DEPTH - 1; i = i + 1) words[i] <= words[i+1];
    if (put) words[place] <= wdata;
  end
endmodule
