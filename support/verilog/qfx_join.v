// Words of one input after those of another, in turns: AFTER words (BITS bits a number, input 0 lowest)
// of each after its first. LATENCY 1.
module qfx_join #(
    parameter INPUTS = 2,
    parameter WIDTH = 8,
    parameter BITS = 1,
    parameter [BITS*INPUTS-1:0] AFTER = {BITS * INPUTS{1'b0}}
) (
    input  wire                    clk,
    input  wire                    rst,
    input  wire [      INPUTS-1:0] i_valid,
    output wire [      INPUTS-1:0] i_ready,
    input  wire [INPUTS*WIDTH-1:0] i_data,   // cast to one format
    output reg                     o_valid,
    input  wire                    o_ready,
    output reg  [       WIDTH-1:0] o_data
);
  reg [INPUTS-1:0] turn;  // one bit is set
  reg [BITS-1:0] left;  // words of it after this one
  wire en = !o_valid || o_ready;
  assign i_ready = turn & {INPUTS{en && !rst}};
  wire step = en && |(i_valid & turn);
  wire is_last = left == {BITS{1'b0}};
  wire [INPUTS-1:0] next = {turn[INPUTS-2:0], turn[INPUTS-1]};

  // What stands at the input whose bit is set.
  function [WIDTH-1:0] chosen;
    input [INPUTS-1:0] one;
    integer i;
    begin
      chosen = {WIDTH{1'b0}};
      for (i = 0; i < INPUTS; i = i + 1)
        chosen = chosen | (i_data[i*WIDTH+:WIDTH] & {WIDTH{one[i]}});
    end
  endfunction
  function [BITS-1:0] after_first;
    input [INPUTS-1:0] one;
    integer i;
    begin
      after_first = {BITS{1'b0}};
      for (i = 0; i < INPUTS; i = i + 1)
        after_first = after_first | (AFTER[i*BITS+:BITS] & {BITS{one[i]}});
    end
  endfunction

  always @(posedge clk)
    if (rst) begin
      turn <= {{(INPUTS - 1) {1'b0}}, 1'b1};
      left <= AFTER[BITS-1:0];
    end else if (step) begin
      if (is_last) turn <= next;
      left <= is_last ? after_first(next) : left - 1'b1;
    end

  always @(posedge clk)
    if (rst) o_valid <= 1'b0;
    else if (en) o_valid <= step;
  always @(posedge clk) if (step) o_data <= chosen(turn);
endmodule
