// Flags on their way through a pipeline, EDGES enabled clock edges later.
module qfx_delay #(
    parameter WIDTH = 1,
    parameter EDGES = 1
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             en,
    input  wire [WIDTH-1:0] d,
    output wire [WIDTH-1:0] q
);
  generate
    if (EDGES == 0) begin : none
      assign q = d;
      wire _unused_ok = &{1'b0, clk, rst, en};
    end else if (EDGES == 1) begin : one
      reg [WIDTH-1:0] stage;
      always @(posedge clk)
        if (rst) stage <= {WIDTH{1'b0}};
        else if (en) stage <= d;
      assign q = stage;
    end else begin : many
      reg [WIDTH*EDGES-1:0] stages;
      always @(posedge clk)
        if (rst) stages <= {WIDTH * EDGES{1'b0}};
        else if (en) stages <= {stages[WIDTH*(EDGES-1)-1:0], d};
      assign q = stages[WIDTH*EDGES-1:WIDTH*(EDGES-1)];
    end
  endgenerate
endmodule
