// A sum over steps, in a register. `first` begins a new one; `absent` adds nothing.
module qfx_accumulate #(
    parameter IN_WIDTH = 8,  // signed, at least 2
    parameter WIDTH = 12  // signed; a wider input is cut
) (
    input  wire                clk,
    input  wire                en,
    input  wire                first,
    input  wire                absent,
    input  wire [IN_WIDTH-1:0] x,
    output reg  [   WIDTH-1:0] sum
);
  localparam USED = IN_WIDTH < WIDTH ? IN_WIDTH : WIDTH;
  wire [WIDTH-1:0] wide = {{(WIDTH - USED + 1) {x[USED-1]}}, x[USED-2:0]};
  always @(posedge clk)
    if (en) sum <= (sum & {WIDTH{!first}}) + (wide & {WIDTH{!absent}});
  wire _unused_ok = &{1'b0, x};
endmodule
