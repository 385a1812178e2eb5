// Sends the golden frames of small_network_inputs.mem back to back through small_network and compares every beat that comes
// with small_network_outputs.mem. Ends with a line that begins with PASS or FAIL. Where nothing moves any more it says
// of every engine what it waits for.
module small_network_tb;
  localparam FRAMES = 2;
  localparam IN_BEATS = 9;    // of a frame
  localparam OUT_BEATS = 3;
  localparam PATIENCE = 10980;  // cycles without a beat
  localparam ROOM = FRAMES > 0 ? FRAMES : 1;

  reg aclk = 1'b0;
  always #1 aclk = !aclk;
  reg aresetn = 1'b0;

  reg [31:0] inputs[0:ROOM*IN_BEATS-1];
  reg [7:0] outputs[0:ROOM*OUT_BEATS-1];
  initial begin
    if (FRAMES > 0) begin
      $readmemh("small_network_inputs.mem", inputs);
      $readmemh("small_network_outputs.mem", outputs);
    end
  end

  integer cycle = 0, sent = 0, received = 0, wrong = 0, idle = 0;
  reg watch = 1'b0;
  wire s_axis_tready, m_axis_tvalid, m_axis_tlast, frame_error;
  wire [7:0] m_axis_tdata;
  wire s_axis_tvalid = aresetn && sent < FRAMES * IN_BEATS;
  wire m_axis_tready = aresetn;
  // Of the last frame only, as a DMA sends a transfer of several.
  wire s_axis_tlast = sent == FRAMES * IN_BEATS - 1;
  wire [31:0] s_axis_tdata = inputs[sent < ROOM * IN_BEATS ? sent : 0];
  wire [7:0] wanted = outputs[received < ROOM * OUT_BEATS ? received : 0];
  wire wanted_last = received == FRAMES * OUT_BEATS - 1;

  small_network dut (
      .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
      .s_axis_tready(s_axis_tready), .s_axis_tlast(s_axis_tlast), .m_axis_tdata(m_axis_tdata),
      .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready), .m_axis_tlast(m_axis_tlast),
`ifdef QFX_WATCH
      .watch(watch),
`endif
      .frame_error(frame_error));

  always @(posedge aclk) begin
    cycle   <= cycle + 1;
    aresetn <= cycle >= 4;
    idle    <= idle + 1;
    if (s_axis_tvalid && s_axis_tready) begin
      sent <= sent + 1;
      idle <= 0;
    end
    if (m_axis_tvalid && m_axis_tready) begin
      received <= received + 1;
      idle <= 0;
      if (m_axis_tdata !== wanted || m_axis_tlast !== wanted_last) begin
        wrong <= wrong + 1;
        if (wrong < 10)
          $display("frame %0d, beat %0d: expected %h, tlast %b; got %h, tlast %b", received / OUT_BEATS,
                   received % OUT_BEATS, wanted, wanted_last, m_axis_tdata, m_axis_tlast);
      end
    end
    if (FRAMES == 0) begin
      $display("FAIL: there are no golden vectors; export with a model's data");
      $finish;
    end else if (received == FRAMES * OUT_BEATS) begin
      if (wrong == 0 && !frame_error)
        $display("PASS: %0d frames, %0d beats, %0d cycles", FRAMES, received, cycle);
      else $display("FAIL: %0d of %0d beats differ, frame_error %b", wrong, received, frame_error);
      $finish;
    end else if (idle == PATIENCE) watch <= 1'b1;
    else if (watch) begin
      $display("FAIL: nothing moves since %0d cycles; beats taken: %0d, given: %0d", idle, sent, received);
      $finish;
    end
  end
endmodule
