# What runs: the bundle of `npm run build`, Node.js, and nothing else: no shell, no npm, no package of ours beside it. The
# container installs nothing when it starts.

# Builds on the machine's own architecture whatever the image is for: what comes out is JavaScript.
FROM --platform=$BUILDPLATFORM node:24-slim AS build
WORKDIR /build
# The set-up of `npm run build` in a layer before the sources; the build finds it done.
COPY package.json package-lock.json ./
COPY scripts/setup.mjs scripts/
RUN ["node", "--input-type=module", "--eval", "import { installDependencies } from './scripts/setup.mjs'; installDependencies()"]
COPY README.md CHANGELOG.md LICENSE NOTICE tsconfig.json ./
COPY scripts scripts
COPY packaging packaging
COPY docs/privacy.md docs/stay-in-charge.md docs/
COPY src src
RUN npm run build
# The final image has no program that makes folders. Closed to others, so that what lies in them is too.
RUN install -d -m 0700 /var/lib/qcgate /var/lib/qcgate/data /var/lib/qcgate/keys

# Debian 13's libraries and Node.js 24 at /nodejs/bin/node, for amd64, arm64 and others.
FROM gcr.io/distroless/nodejs24-debian13:nonroot
LABEL org.opencontainers.image.title="qcgate" \
  org.opencontainers.image.description="The gate between AI assistants and QuantConnect accounts" \
  org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/var/lib/qcgate/data KEYS_DIR=/var/lib/qcgate/keys
WORKDIR /app
COPY --from=build /build/dist/package ./
COPY --from=build --chown=65532:65532 /var/lib/qcgate /var/lib/qcgate
# The base's user `nonroot`, by number, so that an orchestrator can see that it is not root.
USER 65532:65532
# All that is ever written: the keys, the embedded store where there is no Redis, and the compile cache.
VOLUME ["/var/lib/qcgate"]
EXPOSE 3000
STOPSIGNAL SIGTERM
# Whether this process lives, not whether it is ready: /readyz fails while Redis is away, and whoever then restarts the
# container ends a process that would have recovered by itself, to start one that cannot. A process listens only when its
# store and keys were in order, so the first good answer also means that it may be sent requests.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["/nodejs/bin/node", "--eval", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# `docker run qcgate --help` is the program's own help.
ENTRYPOINT ["/nodejs/bin/node", "/app/qcgate.cjs"]
CMD ["serve"]
