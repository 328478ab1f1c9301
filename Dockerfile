# Builds dist/ with everything, runs it with what it needs and nothing else. The container never installs anything.
FROM node:24-slim AS build
WORKDIR /build
COPY . .
RUN npm run build && npm prune --omit=dev --omit=optional

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/var/lib/qcgate/data KEYS_DIR=/var/lib/qcgate/keys
WORKDIR /app
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json LICENSE NOTICE ./
RUN mkdir -p /var/lib/qcgate && chown node:node /var/lib/qcgate
USER node
VOLUME /var/lib/qcgate
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.PORT||3000)+'/healthz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "--disable-warning=ExperimentalWarning", "dist/main.js"]
