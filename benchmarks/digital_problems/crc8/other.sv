// Each bit of the result as the parity of bits of the sum.
module crc8 (
    input  logic       clk,
    input  logic       rst_n,
    input  logic       clear,
    input  logic       valid,
    input  logic [7:0] data,
    output logic [7:0] crc,
    output logic       match
);
  wire [7:0] s = crc ^ data;
  wire [7:0] n;

  assign n[0] = s[0] ^ s[6] ^ s[7];
  assign n[1] = s[0] ^ s[1] ^ s[6];
  assign n[2] = s[0] ^ s[1] ^ s[2] ^ s[6];
  assign n[3] = s[1] ^ s[2] ^ s[3] ^ s[7];
  assign n[4] = s[2] ^ s[3] ^ s[4];
  assign n[5] = s[3] ^ s[4] ^ s[5];
  assign n[6] = s[4] ^ s[5] ^ s[6];
  assign n[7] = s[5] ^ s[6] ^ s[7];

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) crc <= 8'h00;
    else crc <= clear ? 8'h00 : valid ? n : crc;
  end

  assign match = ~|crc;
endmodule
