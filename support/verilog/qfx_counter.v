// 0 to COUNT - 1 and again, one further at each step.
module qfx_counter #(
    parameter COUNT = 4,
    parameter WIDTH = 2
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             step,
    output reg  [WIDTH-1:0] at
);
  localparam [31:0] LAST = COUNT - 1;
  always @(posedge clk)
    if (rst) at <= {WIDTH{1'b0}};
    else if (step) at <= at == LAST[WIDTH-1:0] ? {WIDTH{1'b0}} : at + 1'b1;
  wire _unused_ok = &{1'b0, LAST};
endmodule
