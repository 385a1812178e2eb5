// The AXI-Stream input: a beat is LANES elements of WIDTH bits, each in the low bits of a container,
// the first element lowest; a frame is BEATS beats. Beats go on to the first FIFO in the same cycle.
//
// TLAST is allowed on the last beat of a frame, and needed on none: it leaves with the frame's last
// output beat (last_valid, last: one bit for each frame). On an earlier beat it says that the frame is
// cut short: it is completed with zeros, without taking further beats, and leaves with TLAST;
// frame_error rises and stays until reset. The next beat then begins the next frame.
module qfx_axis_in #(
    parameter LANES = 1,
    parameter WIDTH = 8,
    parameter CONTAINER = 8,
    parameter BEATS = 1
) (
    input  wire                       clk,
    input  wire                       rst,
    input  wire [LANES*CONTAINER-1:0] s_axis_tdata,
    input  wire                       s_axis_tvalid,
    output wire                       s_axis_tready,
    input  wire                       s_axis_tlast,
    output wire                       o_valid,
    input  wire                       o_ready,
    output wire [    LANES*WIDTH-1:0] o_data,
    output wire                       last_valid,
    input  wire                       last_ready,
    output wire                       last,
    output reg                        frame_error
);
  function integer bits;
    input integer n;
    begin
      bits = 1;
      while ((n >> bits) != 0) bits = bits + 1;
    end
  endfunction
  localparam BEAT_BITS = bits(BEATS - 1);
  localparam [31:0] LAST_BEAT = BEATS - 1;

  reg [BEAT_BITS-1:0] beat;
  reg filling;  // the rest of a frame that was cut short
  wire at_end = beat == LAST_BEAT[BEAT_BITS-1:0];
  wire open = !rst && (!at_end || last_ready);

  assign o_valid = open && (filling || s_axis_tvalid);
  assign s_axis_tready = open && !filling && o_ready;
  wire fire = o_valid && o_ready;

  assign last_valid = fire && at_end;
  assign last = filling || s_axis_tlast;

  always @(posedge clk)
    if (rst) begin
      beat <= {BEAT_BITS{1'b0}};
      filling <= 1'b0;
      frame_error <= 1'b0;
    end else if (fire) begin
      beat <= at_end ? {BEAT_BITS{1'b0}} : beat + 1'b1;
      if (at_end) filling <= 1'b0;
      else if (last) begin
        filling <= 1'b1;
        frame_error <= 1'b1;
      end
    end

  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
      assign o_data[lane*WIDTH+:WIDTH] = filling ? {WIDTH{1'b0}} : s_axis_tdata[lane*CONTAINER+:WIDTH];
      // What a container has above its element is sign or zero.
      wire _unused_ok = &{1'b0, s_axis_tdata[lane*CONTAINER+:CONTAINER]};
    end
  endgenerate
  wire _unused_ok = &{1'b0, LAST_BEAT};
endmodule
