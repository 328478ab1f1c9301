# What runs, without compilers, tests or the registry client's cache. The container installs nothing when it starts.

# The packages that run. A stage of its own: this layer stays the same, and need not be sent again, until the lock does.
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

# The set-up of `npm run build` in a layer before the sources; the build finds it done.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
COPY scripts/setup.mjs scripts/
RUN ["node", "--input-type=module", "--eval", "import { installDependencies } from './scripts/setup.mjs'; installDependencies()"]
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs scripts/
COPY src src
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/var/lib/qcgate/data KEYS_DIR=/var/lib/qcgate/keys
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json LICENSE NOTICE ./
RUN install -d -o node -g node -m 0700 /var/lib/qcgate
# The image's user `node`, by number, so that an orchestrator can see that it is not root.
USER 1000:1000
# All that is ever written: the keys, and the embedded store where there is no Redis.
VOLUME ["/var/lib/qcgate"]
EXPOSE 3000
STOPSIGNAL SIGTERM
# Whether this process lives, not whether it is ready: /readyz fails while Redis is away, and whoever then restarts the
# container ends a process that would have recovered by itself, to start one that cannot. A process listens only when its
# store and keys were in order, so the first good answer also means that it may be sent requests.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--disable-warning=ExperimentalWarning", "dist/main.js"]
