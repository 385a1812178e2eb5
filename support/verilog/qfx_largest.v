// The largest of several values, in a register. `first` begins anew; `absent` is no value.
module qfx_largest #(
    parameter WIDTH = 8,
    parameter SIGNED = 1
) (
    input  wire             clk,
    input  wire             en,
    input  wire             first,
    input  wire             absent,
    input  wire [WIDTH-1:0] x,
    output reg  [WIDTH-1:0] largest
);
  localparam [WIDTH-1:0] ONES = {WIDTH{1'b1}};
  localparam [WIDTH-1:0] LEAST = SIGNED != 0 ? ~(ONES >> 1) : ~ONES;
  wire [WIDTH-1:0] before = first ? LEAST : largest;
  // With the sign turned over both orders are the unsigned one.
  wire more = (x ^ LEAST) > (before ^ LEAST);
  always @(posedge clk) if (en) largest <= more && !absent ? x : before;
endmodule
