# What build.tcl and ip.tcl know of this design.
set design(model) "small network"
set design(top) "small_network"
set design(source) verilog
set design(files) [list "rtl/qfx_accumulate.v" "rtl/qfx_add.v" "rtl/qfx_align.v" "rtl/qfx_axis_in.v" "rtl/qfx_axis_out.v" "rtl/qfx_cast.v" "rtl/qfx_counter.v" "rtl/qfx_delay.v" "rtl/qfx_fifo.v" "rtl/qfx_fork.v" "rtl/qfx_loops.v" "rtl/qfx_mean.v" "rtl/qfx_multiply.v" "rtl/qfx_position.v" "rtl/qfx_ram.v" "rtl/qfx_repack.v" "rtl/qfx_ring.v" "rtl/qfx_ring_fill.v" "rtl/qfx_rom.v" "rtl/qfx_sum_tree.v" "rtl/qfx_times.v" "rtl/small_network.v" "rtl/small_network__add.v" "rtl/small_network__bn1_relu1.v" "rtl/small_network__conv1.v" "rtl/small_network__conv2.v" "rtl/small_network__dense.v" "rtl/small_network__input_repack.v" "rtl/small_network__pool.v" "rtl/small_network__pool_repack.v" "rtl/small_network__relu1_fork.v" "rtl/small_network__relu1_repack.v"]
set design(memories) [list "mem/small_network__bn1_relu1_rows1.mem" "mem/small_network__bn1_relu1_rows2.mem" "mem/small_network__conv1_columns.mem" "mem/small_network__conv1_constants.mem" "mem/small_network__conv1_rows.mem" "mem/small_network__conv1_weights.mem" "mem/small_network__conv2_columns.mem" "mem/small_network__conv2_constants.mem" "mem/small_network__conv2_rows.mem" "mem/small_network__conv2_weights.mem" "mem/small_network__dense_constants.mem" "mem/small_network__dense_rows.mem" "mem/small_network__dense_weights.mem" "mem/small_network__pool_columns.mem" "mem/small_network__pool_rows.mem"]
set design(ip_folder) ""
set design(clock) "aclk"
set design(reset) "aresetn"
set design(input) "s_axis"
set design(input_width) 32
set design(outputs) [list "m_axis"]
set design(output_widths) [list "8"]
set design(mhz) 200.000
