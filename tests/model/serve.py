"""llama.cpp's own OpenAI-compatible server with one small model, on loopback, until standard input ends.

Usage: serve.py MODEL.gguf CONTEXT
"""

import sys

import xllamacpp

parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.n_ctx = int(sys.argv[2])
parameters.hostnames = ["127.0.0.1"]
# Any free one; the server says which.
parameters.port = 0
# Threads that wait for one another do badly where cores are shared.
parameters.cpuparams.n_threads = 1
parameters.cache_ram_mib = 0
parameters.warmup = False
parameters.ui = False

server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
# Whoever started it holds the other end: when they are gone, this is.
sys.stdin.read()
