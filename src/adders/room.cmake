# The search lives from short loops over small integers, which vectorize.
target_compile_options(qfx_adders PRIVATE -O3)
