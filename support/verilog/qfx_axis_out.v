// The AXI-Stream output: a beat is LANES elements of WIDTH bits, each extended to its container by its
// sign (SIGNED = 1) or by zeros, the first element lowest; a frame is BEATS beats. Beats leave through
// a register. The last beat of a frame waits for the frame's bit `last` and has it as TLAST.
module qfx_axis_out #(
    parameter LANES = 1,
    parameter WIDTH = 8,
    parameter SIGNED = 1,
    parameter CONTAINER = 8,
    parameter BEATS = 1
) (
    input  wire                       clk,
    input  wire                       rst,
    input  wire                       i_valid,
    output wire                       i_ready,
    input  wire [    LANES*WIDTH-1:0] i_data,
    input  wire                       last_valid,
    output wire                       last_ready,
    input  wire                       last,
    output reg  [LANES*CONTAINER-1:0] m_axis_tdata,
    output reg                        m_axis_tvalid,
    input  wire                       m_axis_tready,
    output reg                        m_axis_tlast
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
  wire at_end = beat == LAST_BEAT[BEAT_BITS-1:0];
  assign i_ready = !rst && (!m_axis_tvalid || m_axis_tready) && (!at_end || last_valid);
  wire fire = i_valid && i_ready;
  assign last_ready = fire && at_end;

  always @(posedge clk)
    if (rst) begin
      beat <= {BEAT_BITS{1'b0}};
      m_axis_tvalid <= 1'b0;
    end else begin
      if (fire) beat <= at_end ? {BEAT_BITS{1'b0}} : beat + 1'b1;
      if (fire) m_axis_tvalid <= 1'b1;
      else if (m_axis_tready) m_axis_tvalid <= 1'b0;
    end

  wire [LANES*CONTAINER-1:0] extended;
  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
      wire sign = SIGNED != 0 && i_data[lane*WIDTH+WIDTH-1];
      if (CONTAINER == WIDTH) begin : whole
        assign extended[lane*CONTAINER+:CONTAINER] = i_data[lane*WIDTH+:WIDTH];
        wire _unused_ok = &{1'b0, sign};
      end else begin : part
        assign extended[lane*CONTAINER+:CONTAINER] = {
          {(CONTAINER - WIDTH) {sign}}, i_data[lane*WIDTH+:WIDTH]
        };
      end
    end
  endgenerate
  always @(posedge clk)
    if (fire) begin
      m_axis_tdata <= extended;
      m_axis_tlast <= at_end && last;
    end
  wire _unused_ok = &{1'b0, LAST_BEAT};
endmodule
