module canary-lab/toolchain/pause

go 1.26
