"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice
from core.kit.story import Step, Story

STORIES = (
    Story(
        "start",
        "What does freezing layers save?",
        "view=layers&net=vgg19&size=224",
        (
            Step(
                "cut=0",
                "Nothing frozen: 20,029,514 parameters are trained. A step takes 2.83 GB, of it 2.50 GB activations.",
            ),
            Step(
                "cut=10",
                "8.7% of the parameters, but 77% of the stored activations: a step now takes 884 MB.",
                choice(
                    "Freeze VGG19 below block3_conv4. What is saved most?",
                    ("parameters", "stored activations", "both alike"),
                    "stored activations",
                    {
                        "parameters": "The early layers hold few: 1,735,488 of 20 million.",
                        "both alike": "Early layers have few weights and large maps.",
                    },
                ),
                hide=(2,),
            ),
            Step("cut=17", "Frozen up to block4: 53% of the parameters, and a step takes 264 MB."),
            Step(
                "cut=23",
                "Only the head is left: 5,130 parameters. The base never changes: run it once, store 512 features.",
            ),
            Step(
                "cut=0&size=32",
                "Images of 32×32: activations are only 51 of 372 MB. Now the weights and Adam decide.",
            ),
        ),
        "Freezing early layers saves activations, freezing late ones saves parameters.",
    ),
    Story(
        "worth",
        "Is a pretrained base worth it?",
        "view=runs",
        (
            Step(
                "images=25&cut=7",
                "25 images of five new classes. Head only: 65.6%. The same network from scratch: 75.4%.",
                show=(0, 2),
            ),
            Step(
                "images=25&cut=0",
                "After 20 updates 61% against 49%; at the end 74.8% against 75.4%, which is a tie.",
                choice(
                    "Train all layers from the pretrained weights. How does it compare with scratch?",
                    ("better", "faster, then even", "worse"),
                    "faster, then even",
                    {
                        "better": "0.6 points behind in the end, with seeds on both sides.",
                        "worse": "0.6 points behind, but one of three seeds is ahead.",
                    },
                ),
                hide=(1,),
            ),
            Step(
                "images=1000&cut=7", "1,000 images, head only: 79.1% against 90.5% from scratch, behind in every seed."
            ),
            Step(
                "images=1000&cut=0", "All layers, from the pretrained weights: 91.6%, ahead of scratch in every seed."
            ),
            Step(
                "images=1000&cut=5",
                "Frozen up to conv3: 89.5% with 18,949 trained parameters; head only got 79.1% with 325.",
            ),
        ),
        "This small base buys a faster start, not a free win. Compare with scratch before you freeze.",
    ),
)
