#!/bin/sh
# Build the image, run it without privileges, and send it the README's request; then the same with a derived image.
# CI runs this, and a release publishes the image that this has tested. Needs Docker: deploy/test_image.sh load-forecast
set -eu
image=$1
cd "$(dirname "$0")/.."

respond() {  # an image, and a file that has the response as a line
  docker run --detach --rm --name server --read-only --cap-drop ALL --security-opt no-new-privileges \
    --publish 8000:8000 "$1" >/dev/null
  response=$(curl --silent --show-error --fail --retry 60 --retry-all-errors --retry-delay 1 \
    -X GET localhost:8000/v1/prediction -H 'Content-Type: application/json' \
    -d '{"hour_of_day": 8, "day_of_week": 3, "day_of_year": 122}') || { docker logs server; exit 1; }
  curl --silent --head localhost:8000/v1/model | grep -i model-digest
  docker stop server >/dev/null
  echo "$response"
  grep --quiet --line-regexp --fixed-strings "$response" README.md
}

docker build --tag "$image" .
respond "$image"

# The derived image of docs/operations.md, here with the published model.
rm -rf image && mkdir image && cp model.onnx image/my.onnx
docker build --tag "$image-derived" --file - image <<END
FROM $image
COPY my.onnx /models/my.onnx
ENV FORECAST_MODEL=/models/my.onnx
END
respond "$image-derived"
rm -r image
