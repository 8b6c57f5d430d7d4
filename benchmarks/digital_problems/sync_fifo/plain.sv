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
  localparam int Bits = $clog2(DEPTH);
  logic [WIDTH-1:0] words [0:DEPTH-1];
  logic [Bits-1:0] write_at, read_at;
  logic put, get;

  assign full = count == DEPTH;
  assign empty = count == 0;
  assign get = rd && !empty;
  assign put = wr && (!full || get);
  assign rdata = words[read_at];

  always_ff @(posedge clk) begin
    if (rst) begin
      write_at <= '0;
      read_at  <= '0;
      count    <= '0;
    end else begin
      if (put) write_at <= write_at + 1'b1;
      if (get) read_at <= read_at + 1'b1;
      if (put && !get) count <= count + 1'b1;
      if (get && !put) count <= count - 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    if (put) words[write_at] <= wdata;
  end
endmodule
