#!/bin/sh
# For a monthly timer: is the model still right? If not, train it again, and put the new one into service.
#   deploy/retrain.sh history.csv my.onnx "kill -HUP 1234" [options of train.py]
# READING has options that evaluate.py needs, too, like --time-column.
# Exit status: 0 the model holds, or a better one is in service; 1 it is outdated and stays: the last line says why;
# 2 the data, an option or the command is at fault, 3 the program is; the model in service is as it was.
set -u
data=$1 model=$2 reload=$3; shift 3
python=${PYTHON:-.venv/bin/python}

$python evaluate.py --data "$data" --model "$model" --report "$model.report" ${READING:-}
status=$?; [ $status = 1 ] || exit $status  # it holds, or something is at fault

# The verdict names the day of the change if there are enough weeks since then; if not, wait for the next month.
since=$(sed -n 's/.*train\.py --since \([0-9-]*\) --replaces.*/\1/p' "$model.report/evaluation.json")
[ -n "$since" ] || exit 1

$python train.py --data "$data" --since "$since" --replaces "$model" --output "$model.new" \
  --report "$model.report" ${READING:-} "$@" || exit
cp -p "$model" "$model.old" && mv "$model.new" "$model" && sh -c "$reload" || exit 2
echo "$model is replaced, Model-Digest $(sha256sum "$model" | cut -c1-16); $model.old is the old one"
