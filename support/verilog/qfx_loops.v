// Nested loops without an end: a step at a time, the first loop innermost. COUNTS: 32 bits for each.
module qfx_loops #(
    parameter LEVELS = 2,
    parameter [32*LEVELS-1:0] COUNTS = {32'd3, 32'd2}
) (
    input  wire              clk,
    input  wire              rst,
    input  wire              step,
    output wire [LEVELS-1:0] ended  // this loop and those inside it are at their last round
);
  // Bits that hold 0 to n.
  function integer bits;
    input integer n;
    begin
      bits = 1;
      while ((n >> bits) != 0) bits = bits + 1;
    end
  endfunction

  genvar k;
  generate
    for (k = 0; k < LEVELS; k = k + 1) begin : level
      localparam [31:0] COUNT = COUNTS[32*k+:32];
      localparam [31:0] LAST = COUNT - 1;
      localparam WIDTH = bits(LAST);
      wire inner, over;  // those inside it are at their last round, and so is this
      assign ended[k] = over;
      if (k == 0) begin : innermost
        assign inner = 1'b1;
      end else begin : outer
        assign inner = level[k-1].over;
      end
      if (COUNT == 1) begin : one
        assign over = inner;
      end else begin : many
        reg [WIDTH-1:0] at;
        wire last = at == LAST[WIDTH-1:0];
        always @(posedge clk)
          if (rst) at <= {WIDTH{1'b0}};
          else if (step && inner) at <= last ? {WIDTH{1'b0}} : at + 1'b1;
        assign over = inner && last;
      end
    end
  endgenerate
  wire _unused_ok = &{1'b0, clk, rst, step};
endmodule
