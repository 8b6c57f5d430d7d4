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
  logic skid_valid;
  logic [W-1:0] skid_data;
  logic take, give;

  assign in_ready = !skid_valid;
  assign take = in_valid && in_ready;
  assign give = out_valid && out_ready;

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      out_valid  <= 1'b0;
      out_data   <= '0;
      skid_valid <= 1'b0;
      skid_data  <= '0;
    end else if (!out_valid || give) begin
      out_valid  <= skid_valid || take;
      out_data   <= skid_valid ? skid_data : in_data;
      skid_valid <= 1'b0;
    end else if (take) begin
      skid_valid <= 1'b1;
      skid_data  <= in_data;
    end
  end
endmodule
