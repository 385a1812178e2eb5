// Sends the golden frames of small_network_inputs.mem back to back through small_network and compares every beat that comes
// with those of the outputs' files. Ends with a line that begins with PASS or FAIL. Where nothing moves any
// more it says of every engine what it waits for.
module small_network_tb;
  localparam FRAMES = 2;
  localparam IN_BEATS = 9;    // of a frame
  localparam PATIENCE = 10980;  // cycles without a beat
  localparam ROOM = FRAMES > 0 ? FRAMES : 1;

  reg aclk = 1'b0;
  always #1 aclk = !aclk;
  reg aresetn = 1'b0;

  reg [31:0] inputs[0:ROOM*IN_BEATS-1];
  initial if (FRAMES > 0) $readmemh("small_network_inputs.mem", inputs);

  integer cycle = 0, sent = 0, idle = 0;
  reg watch = 1'b0;
  wire s_axis_tready, frame_error;
  wire m_axis_tvalid, m_axis_tlast;
  wire [7:0] m_axis_tdata;
  wire [31:0] received_0, wrong_0;
  wire s_axis_tvalid = aresetn && sent < FRAMES * IN_BEATS;
  // Of the last frame only, as a DMA sends a transfer of several.
  wire s_axis_tlast = sent == FRAMES * IN_BEATS - 1;
  wire [31:0] s_axis_tdata = inputs[sent < ROOM * IN_BEATS ? sent : 0];

  small_network dut (
      .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
      .s_axis_tready(s_axis_tready), .s_axis_tlast(s_axis_tlast),
      .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid),
      .m_axis_tready(aresetn), .m_axis_tlast(m_axis_tlast),
`ifdef QFX_WATCH
      .watch(watch),
`endif
      .frame_error(frame_error));

  small_network_check #(.FRAMES(FRAMES), .BEATS(3), .HIGH(7), .FILE("small_network_outputs.mem"), .NAME("m_axis")) check_0 (
      .clk(aclk), .fire(aresetn && m_axis_tvalid), .tdata(m_axis_tdata), .tlast(m_axis_tlast),
      .received(received_0), .wrong(wrong_0));

  wire [31:0] received = received_0;
  wire [31:0] wrong = wrong_0;
  wire done = received_0 >= FRAMES * 3;
  wire takes = aresetn && (m_axis_tvalid);

  always @(posedge aclk) begin
    cycle   <= cycle + 1;
    aresetn <= cycle >= 4;
    idle    <= takes ? 0 : idle + 1;
    if (s_axis_tvalid && s_axis_tready) begin
      sent <= sent + 1;
      idle <= 0;
    end
    if (FRAMES == 0) begin
      $display("FAIL: there are no golden vectors; export with a model's data");
      $finish;
    end else if (done) begin
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

// Compares the beats of an output with those of its file.
module small_network_check #(
    parameter FRAMES = 1,
    parameter BEATS = 1,  // of a frame
    parameter HIGH = 7,
    parameter FILE = "",
    parameter NAME = ""
) (
    input  wire        clk,
    input  wire        fire,
    input  wire [HIGH:0] tdata,
    input  wire        tlast,
    output reg  [31:0] received,
    output reg  [31:0] wrong
);
  localparam ROOM = FRAMES > 0 ? FRAMES : 1;
  reg [HIGH:0] outputs[0:ROOM*BEATS-1];
  initial begin
    received = 0;
    wrong = 0;
    if (FRAMES > 0) $readmemh(FILE, outputs);
  end
  wire [HIGH:0] wanted = outputs[received < ROOM * BEATS ? received : 0];
  wire wanted_last = received == FRAMES * BEATS - 1;

  always @(posedge clk)
    if (fire) begin
      received <= received + 1;
      if (tdata !== wanted || tlast !== wanted_last) begin
        wrong <= wrong + 1;
        if (wrong < 10)
          $display("%0s, frame %0d, beat %0d: expected %h, tlast %b; got %h, tlast %b", NAME, received / BEATS,
                   received % BEATS, wanted, wanted_last, tdata, tlast);
      end
    end
endmodule
