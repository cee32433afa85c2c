import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../../nn/detector";
import { InferenceLayers } from "../../nn/inference";
import { resnet } from "../../nn/resnet";
import { retinaNetOn } from "../../nn/retinanet";
import type { Responses } from "./student";

/** The layers of a detector in full precision, up to what a student is compared with. */
export class RespondingLayers extends InferenceLayers {
  /** Head outputs and the ResNet's maps; the caller disposes them. */
  static of({ weights, config }: Detector, images: tf.Tensor4D): Responses {
    return tf.tidy(() => {
      const layers = new RespondingLayers(weights), features = resnet(layers, config.resnet, images);
      return { features, outputs: retinaNetOn(layers, config, features) } as Responses & tf.TensorContainerObject;
    });
  }
}
