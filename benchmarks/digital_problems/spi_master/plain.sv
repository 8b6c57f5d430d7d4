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
  logic [7:0] out, into;
  logic [2:0] index;
  logic [7:0] left;

  assign mosi = !cs_n && out[7];

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      cs_n  <= 1'b1;
      sclk  <= 1'b0;
      done  <= 1'b0;
      rx    <= 8'd0;
      out   <= 8'd0;
      into  <= 8'd0;
      index <= 3'd0;
      left  <= 8'd0;
    end else begin
      done <= 1'b0;
      if (cs_n) begin
        if (start) begin
          cs_n  <= 1'b0;
          out   <= tx;
          index <= 3'd0;
          left  <= HALF - 1;
        end
      end else if (left != 8'd0) begin
        left <= left - 8'd1;
      end else begin
        left <= HALF - 1;
        sclk <= ~sclk;
        if (!sclk) begin
          into <= {into[6:0], miso};
        end else begin
          out   <= {out[6:0], 1'b0};
          index <= index + 3'd1;
          if (index == 3'd7) begin
            cs_n <= 1'b1;
            done <= 1'b1;
            rx   <= into;
          end
        end
      end
    end
  end
endmodule
