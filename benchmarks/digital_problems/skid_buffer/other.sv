// A FIFO of two words with one-bit pointers.
module skid_buffer #(parameter int W = 8) (
    input  logic         clk,
    input  logic         rst_n,
    input  logic         in_valid,
    input  logic [W-1:0] in_data,
    output logic         in_ready,
    output logic         out_valid,
    output logic [W-1:0] out_data,
    input  logic         out_ready
);
  logic [W-1:0] words [0:1];
  logic write_at, read_at;
  logic [1:0] count;

  assign in_ready = count != 2'd2;
  assign out_valid = count != 2'd0;
  assign out_data = words[read_at];

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      write_at <= 1'b0;
      read_at  <= 1'b0;
      count    <= 2'd0;
    end else begin
      case ({in_valid & in_ready, out_valid & out_ready})
        2'b10: begin
          write_at <= ~write_at;
          count    <= count + 2'd1;
        end
        2'b01: begin
          read_at <= ~read_at;
          count   <= count - 2'd1;
        end
        2'b11: begin
          write_at <= ~write_at;
          read_at  <= ~read_at;
        end
        default: ;
      endcase
    end
  end

  always_ff @(posedge clk) if (in_valid & in_ready) words[write_at] <= in_data;
endmodule
