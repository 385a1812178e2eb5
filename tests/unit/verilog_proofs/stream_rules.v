// What every stream keeps to: a word that is offered stays, and stays the same, until it is taken.
// ASSUME = 1: the solver keeps to it; 0: it must prove it.
module stream_rules #(
    parameter WIDTH = 1,
    parameter ASSUME = 0
) (
    input wire clk,
    input wire rst,
    input wire valid,
    input wire ready,
    input wire [WIDTH-1:0] data
);
  reg waits;
  reg [WIDTH-1:0] waiting;
  initial waits = 1'b0;
  always @(posedge clk) begin
    waits <= !rst && valid && !ready;
    waiting <= data;
  end
  generate
    if (ASSUME) begin : given
      always @* if (waits && !rst) assume (valid && data == waiting);
    end else begin : proved
      always @* if (waits && !rst) assert (valid && data == waiting);
    end
  endgenerate
endmodule
