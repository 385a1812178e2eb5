// A FIFO of DEPTH words between two engines.
//
// BLOCK = 0: a small memory that is read without a clock. A word written at a clock edge is offered in
// the next cycle. One word alone is a register: written and read in turns.
// BLOCK = 1: block RAM with a register behind it, one word a cycle. A word written at a clock edge is
// offered two cycles later; the register's word is one of the DEPTH.
// A word is taken in where fewer than DEPTH are held at the cycle's begin. Only counters are reset.
//
// Under the macro QFX_STALL both sides are stopped at random, as a slow neighbour would stop them:
// +qfx_stall=N in N of 16 cycles, +qfx_seed=S for another sequence. The rules of valid and ready hold.
module qfx_fifo #(
    parameter WIDTH = 8,
    parameter DEPTH = 2,
    parameter BLOCK = (DEPTH > 64) ? 1 : 0,
    parameter SEED = 1  // of its own stalls
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_valid,
    output wire             i_ready,
    input  wire [WIDTH-1:0] i_data,
    output wire             o_valid,
    input  wire             o_ready,
    output wire [WIDTH-1:0] o_data
);
  // Bits that hold 0 to n.
  function integer bits;
    input integer n;
    begin
      bits = 1;
      while ((n >> bits) != 0) bits = bits + 1;
    end
  endfunction

  localparam COUNT_BITS = bits(DEPTH);
  localparam ADDRESS_BITS = bits(DEPTH - 1);
  localparam [31:0] LIMIT = DEPTH;
  localparam [31:0] LAST = DEPTH - 1;

  wire i_open, o_open;  // not stopped at random
  wire i_fire = i_valid && i_ready;
  wire o_fire = o_valid && o_ready;

  reg [COUNT_BITS-1:0] count;  // words held
  assign i_ready = !rst && i_open && count != LIMIT[COUNT_BITS-1:0];
  always @(posedge clk)
    if (rst) count <= {COUNT_BITS{1'b0}};
    else if (i_fire && !o_fire) count <= count + 1'b1;
    else if (!i_fire && o_fire) count <= count - 1'b1;

  generate
    if (DEPTH == 1) begin : one
      reg [WIDTH-1:0] word;
      always @(posedge clk) if (i_fire) word <= i_data;
      assign o_valid = o_open && count[0];
      assign o_data  = word;
    end else begin : many
      reg [ADDRESS_BITS-1:0] write_at, read_at;
      wire read;
      always @(posedge clk)
        if (rst) write_at <= {ADDRESS_BITS{1'b0}};
        else if (i_fire)
          write_at <= write_at == LAST[ADDRESS_BITS-1:0] ? {ADDRESS_BITS{1'b0}} : write_at + 1'b1;
      always @(posedge clk)
        if (rst) read_at <= {ADDRESS_BITS{1'b0}};
        else if (read)
          read_at <= read_at == LAST[ADDRESS_BITS-1:0] ? {ADDRESS_BITS{1'b0}} : read_at + 1'b1;

      if (BLOCK == 0) begin : look_up
        (* ram_style = "distributed" *) reg [WIDTH-1:0] words[0:DEPTH-1];
        always @(posedge clk) if (i_fire) words[write_at] <= i_data;
        assign read = o_fire;
        assign o_valid = o_open && count != {COUNT_BITS{1'b0}};
        assign o_data = words[read_at];
      end else begin : block_ram
        (* ram_style = "block" *) reg [WIDTH-1:0] words[0:DEPTH-1];
        reg [WIDTH-1:0] word;
        reg held;  // the register has a word
        assign read = count != {{(COUNT_BITS - 1) {1'b0}}, held} && (!held || o_fire);
        always @(posedge clk) begin
          if (i_fire) words[write_at] <= i_data;
          if (read) word <= words[read_at];
        end
        always @(posedge clk)
          if (rst) held <= 1'b0;
          else if (read) held <= 1'b1;
          else if (o_fire) held <= 1'b0;
        assign o_valid = o_open && held;
        assign o_data  = word;
      end
    end
  endgenerate

`ifdef QFX_STALL
  function [31:0] shuffled;
    input [31:0] x;
    reg [31:0] y, z;
    begin
      y = x ^ (x << 13);
      z = y ^ (y >> 17);
      shuffled = z ^ (z << 5);
    end
  endfunction

  integer stall, seed;
  reg [31:0] state;
  reg i_gate, o_gate;
  initial begin
    if ($value$plusargs("qfx_stall=%d", stall) == 0) stall = 0;
    if ($value$plusargs("qfx_seed=%d", seed) == 0) seed = 1;
    state  = (SEED * 32'd2654435761) ^ (seed * 32'd40503) ^ 32'h9e3779b9;
    if (state == 32'd0) state = 32'd1;
    i_gate = 1'b1;
    o_gate = 1'b1;
  end
  always @(posedge clk) begin
    state  <= shuffled(state);
    i_gate <= {28'd0, state[7:4]} >= stall;
    // A word that was offered stays until it is taken.
    if (!o_valid || o_ready) o_gate <= {28'd0, state[27:24]} >= stall;
  end
  assign i_open = i_gate;
  assign o_open = o_gate;
`else
  assign i_open = 1'b1;
  assign o_open = 1'b1;
  wire _unused_ok = &{1'b0, SEED[0]};
`endif

  wire _unused_limits_ok = &{1'b0, LIMIT, LAST};
endmodule
