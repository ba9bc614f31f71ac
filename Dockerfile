# Lectern without torch, as on a public host. With it: docker build --build-arg REQUIREMENTS=requirements.txt .
FROM python:3.12-slim

RUN useradd --create-home --uid 1000 lectern
WORKDIR /home/lectern/app

# Before the code, so that a change of it does not install everything again.
ARG REQUIREMENTS=cloud/requirements.txt
COPY requirements.txt ./
COPY cloud/requirements.txt cloud/
RUN pip install --no-cache-dir -r $REQUIREMENTS

COPY . .
RUN mkdir /home/lectern/runs && chown lectern /home/lectern/runs
USER lectern

ENV LECTERN_HOST=public \
    LECTERN_JOBS_FOLDER=/home/lectern/runs \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    STREAMLIT_SERVER_HEADLESS=true
EXPOSE 8501
HEALTHCHECK --start-period=60s CMD python -c "import urllib.request as web; web.urlopen('http://127.0.0.1:$STREAMLIT_SERVER_PORT/_stcore/health', timeout=9)"
CMD ["streamlit", "run", "app.py"]
