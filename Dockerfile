# finews as an image; docs/installing.md says how it is used. Both stages stand on one base, by its digest;
# `docker buildx imagetools inspect python:3.14-slim-trixie` prints the newest.
FROM python:3.14-slim-trixie@sha256:51dafde81dbdb6ebde285137a295cf18a47ca95234fe388a343719cb97305b3d AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
RUN python -m venv tools && python -m venv --without-pip /opt/finews
COPY requirements.txt requirements-build.txt ./
RUN tools/bin/pip install --require-hashes --requirement requirements-build.txt \
    && tools/bin/pip --python /opt/finews install --require-hashes --requirement requirements.txt
COPY . source
RUN tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist ./source \
    && tools/bin/pip --python /opt/finews install --no-deps --no-index dist/*.whl

FROM python:3.14-slim-trixie@sha256:51dafde81dbdb6ebde285137a295cf18a47ca95234fe388a343719cb97305b3d
# git publishes the posts. No version is named: Debian keeps the newest of each only.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git openssh-client \
    && rm -rf /var/lib/apt/lists/*
# ssh wants its user to have a name, and a volume begins as the folder that is here. Any other user may be named.
RUN useradd --uid 10001 --user-group finews && install --directory --owner 10001 --group 10001 /home/finews /site
ENV HOME=/home/finews
COPY --from=build /opt/finews /opt/finews
USER 10001:10001
WORKDIR /site
VOLUME /site
ENTRYPOINT ["/opt/finews/bin/finews"]
CMD ["--help"]
