# Two stages: the first installs the locked dependencies, the second carries only the environment and the application.
FROM python:3.12-slim AS build
WORKDIR /srv/passerelle
COPY requirements.txt pyproject.toml README.md LICENSE ./
COPY app ./app
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt \
 && /opt/venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN useradd --system --create-home --uid 10001 passerelle
WORKDIR /srv/passerelle
COPY --from=build /opt/venv /opt/venv
COPY app ./app
COPY migrations ./migrations
COPY data ./data
RUN mkdir -p var/imports && chown -R passerelle var
USER passerelle
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONPATH=/srv/passerelle
VOLUME /srv/passerelle/var
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
ENTRYPOINT ["passerelle"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
