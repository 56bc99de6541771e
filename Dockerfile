# The same two steps as on a bare machine: `make demo` builds everything. The image then answers queries over the reference mesh.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv make ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/hansa
COPY . .
RUN make demo
ENV PATH=/opt/hansa/.venv/bin:$PATH HANSA_MESH=/opt/hansa/demo
ENTRYPOINT ["hansa"]
CMD ["status"]
