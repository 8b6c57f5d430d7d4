// A state machine with a next-state process; one counter of half periods.
module spi_master #(parameter int HALF = 2) (
    input  logic       clk,
    input  logic       rst_n,
    input  logic       start,
    input  logic [7:0] tx,
    input  logic       miso,
    output logic       sclk,
    output logic       mosi,
    output logic       cs_n,
    output logic [7:0] rx,
    output logic       done
);
  typedef enum logic {IDLE, SHIFT} state_t;
  state_t state, state_next;
  logic [4:0] halves, halves_next;
  logic [7:0] wait_left, wait_next;
  logic [7:0] bits, bits_next, captured, captured_next, rx_next;
  logic done_next, tick;

  assign tick = wait_left == 8'd0;
  assign sclk = halves[0];
  assign cs_n = state == IDLE;
  assign mosi = (state == SHIFT) ? bits[7] : 1'b0;

  always @* begin
    state_next    = state;
    halves_next   = halves;
    wait_next     = tick ? HALF - 1 : wait_left - 8'd1;
    bits_next     = bits;
    captured_next = captured;
    rx_next       = rx;
    done_next     = 1'b0;
    case (state)
      IDLE: begin
        wait_next   = HALF - 1;
        halves_next = 5'd0;
        if (start) begin
          state_next = SHIFT;
          bits_next  = tx;
        end
      end
      SHIFT: begin
        if (tick) begin
          halves_next = halves + 5'd1;
          if (halves[0]) bits_next = bits << 1;
          else captured_next = {captured[6:0], miso};
          if (halves == 5'd15) begin
            state_next  = IDLE;
            halves_next = 5'd0;
            rx_next     = captured;
            done_next   = 1'b1;
          end
        end
      end
      default: state_next = IDLE;
    endcase
  end

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      state     <= IDLE;
      halves    <= 5'd0;
      wait_left <= 8'd0;
      bits      <= 8'd0;
      captured  <= 8'd0;
      rx        <= 8'd0;
      done      <= 1'b0;
    end else begin
      state     <= state_next;
      halves    <= halves_next;
      wait_left <= wait_next;
      bits      <= bits_next;
      captured  <= captured_next;
      rx        <= rx_next;
      done      <= done_next;
    end
  end
endmodule
