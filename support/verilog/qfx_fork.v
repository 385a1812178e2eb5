// A word to two readers. Each takes it when it likes; the next word comes when both have it.
// LATENCY 1.
module qfx_fork #(
    parameter WIDTH = 8
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             i0_valid,
    output wire             i0_ready,
    input  wire [WIDTH-1:0] i0_data,
    output reg              o0_valid,
    input  wire             o0_ready,
    output wire [WIDTH-1:0] o0_data,
    output reg              o1_valid,
    input  wire             o1_ready,
    output wire [WIDTH-1:0] o1_data
);
  wire en = (!o0_valid || o0_ready) && (!o1_valid || o1_ready);
  assign i0_ready = en && !rst;
  wire step = i0_valid && i0_ready;

  always @(posedge clk)
    if (rst) begin
      o0_valid <= 1'b0;
      o1_valid <= 1'b0;
    end else begin
      if (step) o0_valid <= 1'b1;
      else if (o0_ready) o0_valid <= 1'b0;
      if (step) o1_valid <= 1'b1;
      else if (o1_ready) o1_valid <= 1'b0;
    end

  // One register serves both: it changes only when neither has a word in it.
  reg [WIDTH-1:0] word;
  always @(posedge clk) if (step) word <= i0_data;
  assign o0_data = word;
  assign o1_data = word;
endmodule
