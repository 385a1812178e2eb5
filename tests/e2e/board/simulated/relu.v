// A network of one ReLU behind the rim, written by hand: 8-bit containers, 8 lanes, TLAST travels.
module relu (
    input wire aclk, input wire aresetn,
    input wire s_axis_tvalid, output wire s_axis_tready, input wire [63:0] s_axis_tdata, input wire s_axis_tlast,
    output reg m_axis_tvalid, input wire m_axis_tready, output reg [63:0] m_axis_tdata, output reg m_axis_tlast
);
  assign s_axis_tready = aresetn && (!m_axis_tvalid || m_axis_tready);
  integer i;
  always @(posedge aclk) begin
    if (!aresetn) m_axis_tvalid <= 1'b0;
    else if (!m_axis_tvalid || m_axis_tready) begin
      m_axis_tvalid <= s_axis_tvalid;
      m_axis_tlast  <= s_axis_tlast;
      for (i = 0; i < 8; i = i + 1) m_axis_tdata[8*i +: 8] <= s_axis_tdata[8*i + 7] ? 8'd0 : s_axis_tdata[8*i +: 8];
    end
  end
endmodule
