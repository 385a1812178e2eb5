// small network: engines joined by FIFOs, between two AXI-Stream ports.
//   s_axis  9 beats of 4 x 8 bits, [1, 6, 6] ufixed<8,4,RND,SAT>
//   m_axis  3 beats of 1 x 8 bits, [3] fixed<8,4,RND,SAT>
// A frame whose last input beat has TLAST leaves with TLAST. frame_error: a TLAST came within a frame,
// which was then completed with zeros; it stays until reset.
module small_network (
    (* X_INTERFACE_INFO = "xilinx.com:signal:clock:1.0 aclk CLK" *)
    (* X_INTERFACE_PARAMETER = "ASSOCIATED_BUSIF s_axis:m_axis, ASSOCIATED_RESET aresetn" *)
    input  wire aclk,
    (* X_INTERFACE_INFO = "xilinx.com:signal:reset:1.0 aresetn RST" *)
    (* X_INTERFACE_PARAMETER = "POLARITY ACTIVE_LOW" *)
    input  wire aresetn,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis TDATA" *)
    input  wire [31:0] s_axis_tdata,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis TVALID" *)
    input  wire s_axis_tvalid,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis TREADY" *)
    output wire s_axis_tready,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis TLAST" *)
    input  wire s_axis_tlast,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis TDATA" *)
    output wire [7:0] m_axis_tdata,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis TVALID" *)
    output wire m_axis_tvalid,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis TREADY" *)
    input  wire m_axis_tready,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis TLAST" *)
    output wire m_axis_tlast,
`ifdef QFX_WATCH
    input  wire watch,
`endif
    output wire frame_error
);
  // From a register, as it reaches everything.
  reg rst = 1'b1;
  always @(posedge aclk) rst <= !aresetn;

  // Link 0, s_axis to input_repack: input, 9 words of 4 a frame
  wire w0_valid, w0_ready, r0_valid, r0_ready;
  wire [31:0] w0_data, r0_data;
  qfx_fifo #(.WIDTH(32), .DEPTH(2), .SEED(1)) fifo_0 (
      .clk(aclk), .rst(rst), .i_valid(w0_valid), .i_ready(w0_ready), .i_data(w0_data),
      .o_valid(r0_valid), .o_ready(r0_ready), .o_data(r0_data));
`ifdef QFX_TRACE
  qfx_trace #(.ID(0), .WIDTH(8), .LANES(4), .GROUP(36)) trace_0 (
      .clk(aclk), .rst(rst), .fire(w0_valid && w0_ready), .data(w0_data));
`endif
`ifdef QFX_WATCH
  qfx_watch_link #(.ID(0)) watch_0 (
      .clk(aclk), .rst(rst), .watch(watch),
      .i_fire(w0_valid && w0_ready), .o_fire(r0_valid && r0_ready));
`endif

  // Link 1, input_repack to conv1: input, 36 words of 1 a frame
  wire w1_valid, w1_ready, r1_valid, r1_ready;
  wire [7:0] w1_data, r1_data;
  qfx_fifo #(.WIDTH(8), .DEPTH(2), .SEED(2)) fifo_1 (
      .clk(aclk), .rst(rst), .i_valid(w1_valid), .i_ready(w1_ready), .i_data(w1_data),
      .o_valid(r1_valid), .o_ready(r1_ready), .o_data(r1_data));
`ifdef QFX_WATCH
  qfx_watch_link #(.ID(1)) watch_1 (
      .clk(aclk), .rst(rst), .watch(watch),
      .i_fire(w1_valid && w1_ready), .o_fire(r1_valid && r1_ready));
`endif

  // Link 2, conv1 to bn1_relu1: conv1, 72 words of 1 a frame
  wire w2_valid, w2_ready, r2_valid, r2_ready;
  wire [7:0] w2_data, r2_data;
  qfx_fifo #(.WIDTH(8), .DEPTH(2), .SEED(3)) fifo_2 (
      .clk(aclk), .rst(rst), .i_valid(w2_valid), .i_ready(w2_ready), .i_data(w2_data),
      .o_valid(r2_valid), .o_ready(r2_ready), .o_data(r2_data));
`ifdef QFX_TRACE
  qfx_trace #(.ID(1), .WIDTH(8), .LANES(1), .GROUP(2)) trace_2 (
      .clk(aclk), .rst(rst), .fire(w2_valid && w2_ready), .data(w2_data));
`endif
`ifdef QFX_WATCH
  qfx_watch_link #(.ID(2)) watch_2 (
      .clk(aclk), .rst(rst), .watch(watch),
      .i_fire(w2_valid && w2_ready), .o_fire(r2_valid && r2_ready));
`endif

  // Link 3, bn1_relu1 to relu1_fork: relu1, 72 words of 1 a frame
  wire w3_valid, w3_ready, r3_valid, r3_ready;
  wire [7:0] w3_data, r3_data;
  qfx_fifo #(.WIDTH(8), .DEPTH(2), .SEED(4)) fifo_3 (
      .clk(aclk), .rst(rst), .i_valid(w3_valid), .i_ready(w3_ready), .i_data(w3_data),
      .o_valid(r3_valid), .o_ready(r3_ready), .o_data(r3_data));
`ifdef QFX_TRACE
  qfx_trace #(.ID(3), .WIDTH(8), .LANES(1), .GROUP(2)) trace_3 (
      .clk(aclk), .rst(rst), .fire(w3_valid && w3_ready), .data(w3_data));
`endif
`ifdef QFX_WATCH
  qfx_watch_link #(.ID(3)) watch_3 (
      .clk(aclk), .rst(rst), .watch(watch),
      .i_fire(w3_valid && w3_ready), .o_fire(r3_valid && r3_ready));
`endif

  // Link 4, relu1_fork to relu1_repack: relu1, 72 words of 1 a frame
  wire w4_valid, w4_ready, r4_valid, r4_ready;
  wire [7:0] w4_data, r4_data;
  qfx_fifo #(.WIDTH(8), .DEPTH(2), .SEED(5)) fifo_4 (
      .clk(aclk), .rst(rst), .i_valid(w4_valid), .i_ready(w4_ready), .i_data(w4_data),
      .o_valid(r4_valid), .o_ready(r4_ready), .o_data(r4_data));
`ifdef QFX_WATCH
  qfx_watch_link #(.ID(4)) watch_4 (
      .clk(aclk), .rst(rst), .watch(watch),
      .i_fire(w4_valid && w4_ready), .o_fire(r4_valid && r4_ready));
`endif

  // Link 5, relu1_fork to add: relu1, 72 words of 1 a frame
  wire w5_valid, w5_ready, r5_valid, r5_ready;
  wire [7:0] w5_data, r5_data;
  qfx_fifo #(.WIDTH(8), .DEPTH(19), .SEED(6)) fifo_5 (
      .clk(aclk), .rst(rst), .i_valid(w5_valid), .i_ready(w5_ready), .i_data(w5_data),
      .o_valid(r5_valid), .o_ready(r5_ready), .o_data(r5_data));
`ifdef QFX_WATCH
  qfx_watch_link #(.ID(5)) watch_5 (
      .clk(aclk), .rst(rst), .watch(watch),
      .i_fire(w5_valid && w5_ready), .o_fire(r5_valid && r5_ready));
`endif

  // Link 6, relu1_repack to conv2: relu1, 36 words of 2 a frame
  wire w6_valid, w6_ready, r6_valid, r6_ready;
  wire [15:0] w6_data, r6_data;
  qfx_fifo #(.WIDTH(16), .DEPTH(2), .SEED(7)) fifo_6 (
      .clk(aclk), .rst(rst), .i_valid(w6_valid), .i_ready(w6_ready), .i_data(w6_data),
      .o_valid(r6_valid), .o_ready(r6_ready), .o_data(r6_data));
`ifdef QFX_WATCH
  qfx_watch_link #(.ID(6)) watch_6 (
      .clk(aclk), .rst(rst), .watch(watch),
      .i_fire(w6_valid && w6_ready), .o_fire(r6_valid && r6_ready));
`endif

  // Link 7, conv2 to add: conv2, 72 words of 1 a frame
  wire w7_valid, w7_ready, r7_valid, r7_ready;
  wire [7:0] w7_data, r7_data;
  qfx_fifo #(.WIDTH(8), .DEPTH(2), .SEED(8)) fifo_7 (
      .clk(aclk), .rst(rst), .i_valid(w7_valid), .i_ready(w7_ready), .i_data(w7_data),
      .o_valid(r7_valid), .o_ready(r7_ready), .o_data(r7_data));
`ifdef QFX_TRACE
  qfx_trace #(.ID(4), .WIDTH(8), .LANES(1), .GROUP(2)) trace_7 (
      .clk(aclk), .rst(rst), .fire(w7_valid && w7_ready), .data(w7_data));
`endif
`ifdef QFX_WATCH
  qfx_watch_link #(.ID(7)) watch_7 (
      .clk(aclk), .rst(rst), .watch(watch),
      .i_fire(w7_valid && w7_ready), .o_fire(r7_valid && r7_ready));
`endif

  // Link 8, add to pool: add, 72 words of 1 a frame
  wire w8_valid, w8_ready, r8_valid, r8_ready;
  wire [7:0] w8_data, r8_data;
  qfx_fifo #(.WIDTH(8), .DEPTH(2), .SEED(9)) fifo_8 (
      .clk(aclk), .rst(rst), .i_valid(w8_valid), .i_ready(w8_ready), .i_data(w8_data),
      .o_valid(r8_valid), .o_ready(r8_ready), .o_data(r8_data));
`ifdef QFX_TRACE
  qfx_trace #(.ID(5), .WIDTH(8), .LANES(1), .GROUP(2)) trace_8 (
      .clk(aclk), .rst(rst), .fire(w8_valid && w8_ready), .data(w8_data));
`endif
`ifdef QFX_WATCH
  qfx_watch_link #(.ID(8)) watch_8 (
      .clk(aclk), .rst(rst), .watch(watch),
      .i_fire(w8_valid && w8_ready), .o_fire(r8_valid && r8_ready));
`endif

  // Link 9, pool to pool_repack: pool, 8 words of 1 a frame
  wire w9_valid, w9_ready, r9_valid, r9_ready;
  wire [7:0] w9_data, r9_data;
  qfx_fifo #(.WIDTH(8), .DEPTH(2), .SEED(10)) fifo_9 (
      .clk(aclk), .rst(rst), .i_valid(w9_valid), .i_ready(w9_ready), .i_data(w9_data),
      .o_valid(r9_valid), .o_ready(r9_ready), .o_data(r9_data));
`ifdef QFX_TRACE
  qfx_trace #(.ID(6), .WIDTH(8), .LANES(1), .GROUP(2)) trace_9 (
      .clk(aclk), .rst(rst), .fire(w9_valid && w9_ready), .data(w9_data));
`endif
`ifdef QFX_WATCH
  qfx_watch_link #(.ID(9)) watch_9 (
      .clk(aclk), .rst(rst), .watch(watch),
      .i_fire(w9_valid && w9_ready), .o_fire(r9_valid && r9_ready));
`endif

  // Link 10, pool_repack to dense: pool, 4 words of 2 a frame
  wire w10_valid, w10_ready, r10_valid, r10_ready;
  wire [15:0] w10_data, r10_data;
  qfx_fifo #(.WIDTH(16), .DEPTH(2), .SEED(11)) fifo_10 (
      .clk(aclk), .rst(rst), .i_valid(w10_valid), .i_ready(w10_ready), .i_data(w10_data),
      .o_valid(r10_valid), .o_ready(r10_ready), .o_data(r10_data));
`ifdef QFX_WATCH
  qfx_watch_link #(.ID(10)) watch_10 (
      .clk(aclk), .rst(rst), .watch(watch),
      .i_fire(w10_valid && w10_ready), .o_fire(r10_valid && r10_ready));
`endif

  // Link 11, dense to m_axis: dense, 3 words of 1 a frame
  wire w11_valid, w11_ready, r11_valid, r11_ready;
  wire [7:0] w11_data, r11_data;
  qfx_fifo #(.WIDTH(8), .DEPTH(2), .SEED(12)) fifo_11 (
      .clk(aclk), .rst(rst), .i_valid(w11_valid), .i_ready(w11_ready), .i_data(w11_data),
      .o_valid(r11_valid), .o_ready(r11_ready), .o_data(r11_data));
`ifdef QFX_TRACE
  qfx_trace #(.ID(8), .WIDTH(8), .LANES(1), .GROUP(3)) trace_11 (
      .clk(aclk), .rst(rst), .fire(w11_valid && w11_ready), .data(w11_data));
`endif
`ifdef QFX_WATCH
  qfx_watch_link #(.ID(11)) watch_11 (
      .clk(aclk), .rst(rst), .watch(watch),
      .i_fire(w11_valid && w11_ready), .o_fire(r11_valid && r11_ready));
`endif

  // The ports, and for each frame between them whether it came with TLAST.
  wire last_in_valid, last_in_ready, last_in, last_out_valid, last_out_ready, last_out;
  qfx_axis_in #(.LANES(4), .WIDTH(8), .CONTAINER(8), .BEATS(9)) axis_in (
      .clk(aclk), .rst(rst), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
      .s_axis_tready(s_axis_tready), .s_axis_tlast(s_axis_tlast),
      .o_valid(w0_valid), .o_ready(w0_ready), .o_data(w0_data),
      .last_valid(last_in_valid), .last_ready(last_in_ready), .last(last_in),
      .frame_error(frame_error));
  qfx_fifo #(.WIDTH(1), .DEPTH(29), .BLOCK(0)) last_fifo (
      .clk(aclk), .rst(rst), .i_valid(last_in_valid), .i_ready(last_in_ready), .i_data(last_in),
      .o_valid(last_out_valid), .o_ready(last_out_ready), .o_data(last_out));
  qfx_axis_out #(
      .LANES(1), .WIDTH(8), .SIGNED(1), .CONTAINER(8), .BEATS(3)) axis_out (
      .clk(aclk), .rst(rst), .i_valid(r11_valid), .i_ready(r11_ready), .i_data(r11_data),
      .last_valid(last_out_valid), .last_ready(last_out_ready), .last(last_out),
      .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready),
      .m_axis_tlast(m_axis_tlast));

  small_network__input_repack u_input_repack (
      .clk(aclk), .rst(rst),
      .i0_valid(r0_valid), .i0_ready(r0_ready), .i0_data(r0_data),
      .o0_valid(w1_valid), .o0_ready(w1_ready), .o0_data(w1_data));
`ifdef QFX_WATCH
  qfx_watch_engine #(
      .NAME("input_repack"), .INPUTS(1), .OUTPUTS(1), .WORDS(36)) watch_u_input_repack (
      .clk(aclk), .rst(rst), .watch(watch),
      .i0_valid(r0_valid), .i0_ready(r0_ready), .i1_valid(1'b1), .i1_ready(1'b1),
      .o0_valid(w1_valid), .o0_ready(w1_ready), .o1_valid(1'b1), .o1_ready(1'b1));
`endif

  small_network__conv1 u_conv1 (
      .clk(aclk), .rst(rst),
      .i0_valid(r1_valid), .i0_ready(r1_ready), .i0_data(r1_data),
      .o0_valid(w2_valid), .o0_ready(w2_ready), .o0_data(w2_data));
`ifdef QFX_WATCH
  qfx_watch_engine #(
      .NAME("conv1"), .INPUTS(1), .OUTPUTS(1), .WORDS(72)) watch_u_conv1 (
      .clk(aclk), .rst(rst), .watch(watch),
      .i0_valid(r1_valid), .i0_ready(r1_ready), .i1_valid(1'b1), .i1_ready(1'b1),
      .o0_valid(w2_valid), .o0_ready(w2_ready), .o1_valid(1'b1), .o1_ready(1'b1));
`endif

  small_network__bn1_relu1 u_bn1_relu1 (
      .clk(aclk), .rst(rst),
      .i0_valid(r2_valid), .i0_ready(r2_ready), .i0_data(r2_data),
      .o0_valid(w3_valid), .o0_ready(w3_ready), .o0_data(w3_data));
`ifdef QFX_WATCH
  qfx_watch_engine #(
      .NAME("bn1_relu1"), .INPUTS(1), .OUTPUTS(1), .WORDS(72)) watch_u_bn1_relu1 (
      .clk(aclk), .rst(rst), .watch(watch),
      .i0_valid(r2_valid), .i0_ready(r2_ready), .i1_valid(1'b1), .i1_ready(1'b1),
      .o0_valid(w3_valid), .o0_ready(w3_ready), .o1_valid(1'b1), .o1_ready(1'b1));
`endif

  small_network__relu1_fork u_relu1_fork (
      .clk(aclk), .rst(rst),
      .i0_valid(r3_valid), .i0_ready(r3_ready), .i0_data(r3_data),
      .o0_valid(w4_valid), .o0_ready(w4_ready), .o0_data(w4_data),
      .o1_valid(w5_valid), .o1_ready(w5_ready), .o1_data(w5_data));
`ifdef QFX_WATCH
  qfx_watch_engine #(
      .NAME("relu1_fork"), .INPUTS(1), .OUTPUTS(2), .WORDS(72)) watch_u_relu1_fork (
      .clk(aclk), .rst(rst), .watch(watch),
      .i0_valid(r3_valid), .i0_ready(r3_ready), .i1_valid(1'b1), .i1_ready(1'b1),
      .o0_valid(w4_valid), .o0_ready(w4_ready), .o1_valid(w5_valid), .o1_ready(w5_ready));
`endif

  small_network__relu1_repack u_relu1_repack (
      .clk(aclk), .rst(rst),
      .i0_valid(r4_valid), .i0_ready(r4_ready), .i0_data(r4_data),
      .o0_valid(w6_valid), .o0_ready(w6_ready), .o0_data(w6_data));
`ifdef QFX_WATCH
  qfx_watch_engine #(
      .NAME("relu1_repack"), .INPUTS(1), .OUTPUTS(1), .WORDS(36)) watch_u_relu1_repack (
      .clk(aclk), .rst(rst), .watch(watch),
      .i0_valid(r4_valid), .i0_ready(r4_ready), .i1_valid(1'b1), .i1_ready(1'b1),
      .o0_valid(w6_valid), .o0_ready(w6_ready), .o1_valid(1'b1), .o1_ready(1'b1));
`endif

  small_network__conv2 u_conv2 (
      .clk(aclk), .rst(rst),
      .i0_valid(r6_valid), .i0_ready(r6_ready), .i0_data(r6_data),
      .o0_valid(w7_valid), .o0_ready(w7_ready), .o0_data(w7_data));
`ifdef QFX_WATCH
  qfx_watch_engine #(
      .NAME("conv2"), .INPUTS(1), .OUTPUTS(1), .WORDS(72)) watch_u_conv2 (
      .clk(aclk), .rst(rst), .watch(watch),
      .i0_valid(r6_valid), .i0_ready(r6_ready), .i1_valid(1'b1), .i1_ready(1'b1),
      .o0_valid(w7_valid), .o0_ready(w7_ready), .o1_valid(1'b1), .o1_ready(1'b1));
`endif

  small_network__add u_add (
      .clk(aclk), .rst(rst),
      .i0_valid(r7_valid), .i0_ready(r7_ready), .i0_data(r7_data),
      .i1_valid(r5_valid), .i1_ready(r5_ready), .i1_data(r5_data),
      .o0_valid(w8_valid), .o0_ready(w8_ready), .o0_data(w8_data));
`ifdef QFX_WATCH
  qfx_watch_engine #(
      .NAME("add"), .INPUTS(2), .OUTPUTS(1), .WORDS(72)) watch_u_add (
      .clk(aclk), .rst(rst), .watch(watch),
      .i0_valid(r7_valid), .i0_ready(r7_ready), .i1_valid(r5_valid), .i1_ready(r5_ready),
      .o0_valid(w8_valid), .o0_ready(w8_ready), .o1_valid(1'b1), .o1_ready(1'b1));
`endif

  small_network__pool u_pool (
      .clk(aclk), .rst(rst),
      .i0_valid(r8_valid), .i0_ready(r8_ready), .i0_data(r8_data),
      .o0_valid(w9_valid), .o0_ready(w9_ready), .o0_data(w9_data));
`ifdef QFX_WATCH
  qfx_watch_engine #(
      .NAME("pool"), .INPUTS(1), .OUTPUTS(1), .WORDS(8)) watch_u_pool (
      .clk(aclk), .rst(rst), .watch(watch),
      .i0_valid(r8_valid), .i0_ready(r8_ready), .i1_valid(1'b1), .i1_ready(1'b1),
      .o0_valid(w9_valid), .o0_ready(w9_ready), .o1_valid(1'b1), .o1_ready(1'b1));
`endif

  small_network__pool_repack u_pool_repack (
      .clk(aclk), .rst(rst),
      .i0_valid(r9_valid), .i0_ready(r9_ready), .i0_data(r9_data),
      .o0_valid(w10_valid), .o0_ready(w10_ready), .o0_data(w10_data));
`ifdef QFX_WATCH
  qfx_watch_engine #(
      .NAME("pool_repack"), .INPUTS(1), .OUTPUTS(1), .WORDS(4)) watch_u_pool_repack (
      .clk(aclk), .rst(rst), .watch(watch),
      .i0_valid(r9_valid), .i0_ready(r9_ready), .i1_valid(1'b1), .i1_ready(1'b1),
      .o0_valid(w10_valid), .o0_ready(w10_ready), .o1_valid(1'b1), .o1_ready(1'b1));
`endif

  small_network__dense u_dense (
      .clk(aclk), .rst(rst),
      .i0_valid(r10_valid), .i0_ready(r10_ready), .i0_data(r10_data),
      .o0_valid(w11_valid), .o0_ready(w11_ready), .o0_data(w11_data));
`ifdef QFX_WATCH
  qfx_watch_engine #(
      .NAME("dense"), .INPUTS(1), .OUTPUTS(1), .WORDS(3)) watch_u_dense (
      .clk(aclk), .rst(rst), .watch(watch),
      .i0_valid(r10_valid), .i0_ready(r10_ready), .i1_valid(1'b1), .i1_ready(1'b1),
      .o0_valid(w11_valid), .o0_ready(w11_ready), .o1_valid(1'b1), .o1_ready(1'b1));
`endif
endmodule
