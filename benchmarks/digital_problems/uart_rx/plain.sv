module uart_rx #(parameter int DIVIDER = 4) (
    input  logic       clk,
    input  logic       rst_n,
    input  logic       rx,
    output logic [7:0] data,
    output logic       valid,
    output logic       frame_error
);
  localparam logic [1:0] Idle = 2'd0, Start = 2'd1, Data = 2'd2, Stop = 2'd3;
  logic [1:0] state;
  logic [7:0] shift;
  logic [2:0] index;
  logic [7:0] left;

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      state       <= Idle;
      shift       <= 8'd0;
      index       <= 3'd0;
      left        <= 8'd0;
      data        <= 8'd0;
      valid       <= 1'b0;
      frame_error <= 1'b0;
    end else begin
      valid       <= 1'b0;
      frame_error <= 1'b0;
      if (state == Idle) begin
        if (!rx) begin
          state <= Start;
          left  <= DIVIDER / 2 - 1;
        end
      end else if (left != 8'd0) begin
        left <= left - 8'd1;
      end else begin
        left <= DIVIDER - 1;
        case (state)
          Start: begin
            state <= rx ? Idle : Data;
            index <= 3'd0;
          end
          Data: begin
            shift <= {rx, shift[7:1]};
            index <= index + 3'd1;
            if (index == 3'd7) state <= Stop;
          end
          default: begin
            state       <= Idle;
            valid       <= rx;
            frame_error <= ~rx;
            if (rx) data <= shift;
          end
        endcase
      end
    end
  end
endmodule
