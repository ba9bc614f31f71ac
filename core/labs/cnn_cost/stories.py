"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice, near
from core.kit.mark import Mark
from core.kit.story import Step, Story

STORIES = (
    Story(
        "start",
        "Where are VGG16's 138 million parameters?",
        "net=vgg16",
        (
            Step(
                "view=blocks&layer=1",
                "Boxes get lower and deeper: 224×224 with 3 channels becomes 7×7 with 512.",
                show=(0,),
            ),
            Step(
                "view=blocks&layer=19",
                "One layer, fc4096: 25,088 · 4,096 + 4,096 = 102,764,544 parameters, 74% of all.",
                choice(
                    "Which part of VGG16 holds most of its 138 million parameters?",
                    ("the 13 convolutions", "the first fully connected layer", "the output layer"),
                    "the first fully connected layer",
                    {
                        "the 13 convolutions": "Together they hold 10.6%.",
                        "the output layer": "fc1000 has 4,097,000, which is 3%.",
                    },
                ),
                hide=(1,),
            ),
            Step(
                "view=costs&layer=2",
                "Compute is elsewhere: 36,928 parameters, used at 224×224 positions: 1.85 billion MACs in one layer.",
            ),
            Step(
                "view=costs&layer=2&batch=256",
                "A training step with 256 images takes 20.40 GB; 18.74 GB of it is stored activations.",
            ),
            Step(
                "view=costs&layer=19&size=448",
                "Twice the side: 4 times the MACs. Convolutions keep their size; fc4096 drives 446,638,888 parameters.",
            ),
        ),
        "Parameters sit in fully connected layers, compute in convolutions, memory in early activations.",
    ),
    Story(
        "field",
        "How much of the image does a unit see?",
        "",
        (
            Step(
                "net=text&text=input56x56-64,+conv3-64@same&bias=0&view=costs&layer=1",
                "One 3×3 convolution: each unit sees 3×3 pixels.",
            ),
            Step(
                "net=text&text=input56x56-64,+3x(conv3-64@same)&bias=0&view=costs&layer=3",
                "7×7: each layer adds 2. The three have 110,592 weights.",
                near(
                    "Stack three 3×3 convolutions, stride 1. How many pixels wide does the last unit see?",
                    7.0,
                    0.0,
                    (
                        (9.0, "The windows overlap: each layer adds 2, not 3."),
                        (27.0, "Widths add up, they do not multiply."),
                    ),
                ),
                mark=Mark(5, "y", at=3),
            ),
            Step(
                "net=text&text=input56x56-64,+conv7-64@same&bias=0&view=costs&layer=1",
                "One 7×7 sees as much with 200,704 weights: 49 per pair of channels, not 27.",
            ),
            Step(
                "net=vgg16&view=costs&layer=18",
                "Each pooling doubles the step: at pool2, layer 18, a unit sees 212×212 of the 224×224 pixels.",
            ),
            Step(
                "net=tv_resnet152&collapse=1&view=costs&layer=30",
                "ResNet-152: 1451×1451, padding included. That is far wider than the image.",
            ),
        ),
        "Depth and stride widen the view. Three 3×3 see as far as one 7×7 for about half the weights.",
    ),
    Story(
        "claims",
        "Three shortcuts, tested",
        "view=costs",
        (
            Step(
                "net=tv_mobilenet_v2&layer=1",
                "“Few parameters, little memory.” MobileNetV2: 3,504,872, but 2.54 GB to train on 32 images.",
            ),
            Step(
                "net=resnet18&layer=1",
                "0.85 GB for 11,689,512 parameters: its outputs hold 2.8 million numbers per image, not 6.8 million.",
                choice(
                    "ResNet-18 has three times the parameters. Does a training step take more memory?",
                    ("more", "less"),
                    "less",
                    {"more": "At this batch activations decide, not parameters."},
                ),
            ),
            Step(
                "net=resnet18&layer=1&size=448",
                "“Bigger images, more parameters.” Not with global pooling: 11,689,512 again; MACs go up fourfold.",
            ),
            Step(
                "net=tv_resnet152&collapse=1&layer=30",
                "“Deeper means larger.” ResNet-152 has 60,192,808 parameters, less than half of VGG16's.",
            ),
        ),
        "Parameters, MACs, activations, and depth are four different things. Ask which one hurts.",
    ),
)
