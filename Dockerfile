# What runs in AWS, and on any container host. Two targets of one build:
#
#   service    the functions `ask` and `api`: the Litestar application behind the Lambda web adapter
#   operator   migrations, tenants and imports: no server, so Lambda's Python runtime client and no adapter
#
# Built for linux/arm64 and linux/amd64; nothing here names either. docs/lambda.md tells what the settings are for.

FROM public.ecr.aws/awsguru/aws-lambda-adapter:1.0.0-rc1 AS adapter

FROM public.ecr.aws/docker/library/python:3.12-slim-bookworm AS python

# -- what is left of the base: no pip, no tests, no documentation -------------------------------------------------

FROM python AS root
RUN rm -rf /usr/local/bin/pip* /usr/local/bin/idle* /usr/local/bin/pydoc* /usr/local/bin/2to3* \
        /usr/local/bin/python*-config /usr/local/include /usr/local/share /usr/local/lib/pkgconfig \
        /usr/local/lib/python3.12/site-packages /usr/local/lib/python3.12/config-* \
        /usr/local/lib/python3.12/ensurepip /usr/local/lib/python3.12/idlelib /usr/local/lib/python3.12/lib2to3 \
        /usr/local/lib/python3.12/pydoc_data /usr/local/lib/python3.12/test /usr/local/lib/python3.12/tkinter \
        /usr/local/lib/python3.12/turtledemo /usr/local/lib/python3.12/turtle.py \
        /usr/share/doc /usr/share/info /usr/share/locale /usr/share/man /usr/share/perl* /usr/share/zoneinfo \
        /usr/lib/*-linux-gnu/perl* /usr/lib/*-linux-gnu/gconv /usr/bin/perl* \
        /usr/bin/apt* /usr/bin/dpkg* /usr/lib/apt /usr/lib/dpkg \
        /var/cache/* /var/lib/apt/lists/* /var/log/* /root/.cache \
        # Without this link to all authorities in one file, which every process would read whole at its start,
        # OpenSSL looks up the one that it wants in /etc/ssl/certs.
        /usr/lib/ssl/cert.pem \
    && cat /usr/share/ca-certificates/mozilla/Amazon_Root_CA_?.crt \
        /usr/share/ca-certificates/mozilla/Starfield_Services_Root_Certificate_Authority_-_G2.crt > /etc/ssl/aws.pem \
    && find /usr/local/lib/python3.12 -name __pycache__ -prune -exec rm -rf {} + \
    && python -B -m compileall -q --invalidation-mode unchecked-hash /usr/local/lib/python3.12

# -- the packages, from the lock files and nothing else, compiled -------------------------------------------------

FROM python AS installed
WORKDIR /build
COPY requirements/service.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --quiet --no-deps --require-hashes --only-binary :all: --no-compile \
        --target /packages -r service.txt

FROM installed AS packages
COPY local/image/trim_packages.py ./
RUN rm -r /packages/bin \
    && python trim_packages.py /packages dynamodb bedrock-runtime \
    && python -B -m compileall -q --invalidation-mode unchecked-hash /packages

FROM installed AS operator-packages
COPY requirements/operator.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --quiet --no-deps --require-hashes --only-binary :all: --no-compile \
        --target /operator-packages -r operator.txt \
    && mkdir /operator-packages/aws-models \
    && for each in endpoints.json s3 secretsmanager; do \
        cp -r "/packages/botocore/data/$each" /operator-packages/aws-models/ || exit 1; done \
    && python -B -m compileall -q --invalidation-mode unchecked-hash /operator-packages

# -- our own code -------------------------------------------------------------------------------------------------

FROM python AS code
WORKDIR /app
COPY service service
RUN python -B -m compileall -q --invalidation-mode unchecked-hash service

# -- what both targets are made of --------------------------------------------------------------------------------

# From nothing, so that what was removed above is not carried along in a layer below.
FROM scratch AS runtime
# hadolint ignore=DL3067
COPY --from=root / /
COPY --from=packages /packages /packages
ENV PATH=/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    PYTHONPATH=/packages \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    AWS_CA_BUNDLE=/etc/ssl/aws.pem
WORKDIR /app
COPY --from=code /app/service service
# Lambda chooses a user of its own; other hosts take this one. Nothing here belongs to it.
USER 65534:65534

FROM runtime AS operator
USER 0:0
COPY --from=operator-packages /operator-packages /operator-packages
ENV PYTHONPATH=/packages:/operator-packages \
    AWS_DATA_PATH=/operator-packages/aws-models
COPY sql sql
USER 65534:65534
ENTRYPOINT ["/usr/local/bin/python", "-m", "awslambdaric"]
CMD ["service.provisioning.operator.handler"]

FROM runtime AS service
COPY --from=adapter /lambda-adapter /opt/extensions/lambda-adapter
COPY prompts prompts
ENV AWS_LWA_PORT=8000 \
    AWS_LWA_INVOKE_MODE=response_stream \
    AWS_LWA_READINESS_CHECK_PATH=/health \
    AWS_LWA_READINESS_CHECK_HEALTHY_STATUS=200
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
    CMD ["/usr/local/bin/python", "-c", "from http.client import HTTPConnection as C; c = C('127.0.0.1', 8000, timeout=2); c.request('GET', '/health'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["/usr/local/bin/python", "-m", "service"]
