module crc8 (
    input  logic       clk,
    input  logic       rst_n,
    input  logic       clear,
    input  logic       valid,
    input  logic [7:0] data,
    output logic [7:0] crc,
    output logic       match
);
  logic [7:0] step;
  integer i;

  always @* begin
    step = crc ^ data;
    for (i = 0; i < 8; i = i + 1) begin
      if (step[7]) step = {step[6:0], 1'b0} ^ 8'h07;
      else step = {step[6:0], 1'b0};
    end
  end

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) crc <= 8'h00;
    else if (clear) crc <= 8'h00;
    else if (valid) crc <= step;
  end

  assign match = crc == 8'h00;
endmodule
